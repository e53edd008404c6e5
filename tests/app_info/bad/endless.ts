const grow = (text: string): string => grow(text + text);
let doubled = "x";
for (const _ of [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20]) {
  doubled = doubled + doubled;
}
let count = 0;
while (true) {
  count = count + 1;
}
export const appInfo = {
  appName: doubled,
  apiDomain: grow("x"),
  websiteDomain: `http://localhost:${count}`,
};
