/** A storage whose values may be longer than it allows. */
/**
 * Keeps long values in pieces, for a storage that limits their length: SecureStore of React Native
 * (2,048 bytes on some versions of iOS), or cookies (4,096 bytes with their name).
 *
 * The name itself holds a short value, or which pieces make up a long one. New pieces get new names
 * and are complete before they count, so an application that ends in the middle of it loses nothing.
 *
 * @param most the length of a piece; session tokens have one byte for each character.
 */
export function chunkedStorage(storage, most = 1_900) {
  /** The names of the pieces that a value stands for, if it stands for some. */
  const piecesOf = (name, value) => {
    const [, turn, count] = /^chunks-([01])-([1-9]\d?)$/.exec(value ?? "") ?? [];
    return Array.from({ length: Number(count ?? 0) }, (_, index) => `${name}.${turn}${index}`);
  };
  return {
    ...(storage.shared !== undefined && { shared: storage.shared }),
    async get(name) {
      const value = await storage.get(name);
      const pieces = piecesOf(name, value);
      if (pieces.length === 0) {
        return value;
      }
      let text = "";
      for (const piece of pieces) {
        const part = await storage.get(piece);
        if (!part) {
          return undefined;
        }
        text += part;
      }
      return text;
    },
    async set(name, value) {
      const before = await storage.get(name);
      if (value !== undefined && value.length > most) {
        const turn = before?.startsWith("chunks-0") ? 1 : 0;
        const count = Math.ceil(value.length / most);
        if (count > 99) {
          throw new RangeError(`${name} has ${value.length} characters: too many pieces`);
        }
        const head = `chunks-${turn}-${count}`;
        for (const [index, piece] of piecesOf(name, head).entries()) {
          await storage.set(piece, value.slice(index * most, (index + 1) * most));
        }
        await storage.set(name, head);
      } else {
        await storage.set(name, value);
      }
      for (const piece of piecesOf(name, before)) {
        await storage.set(piece, undefined);
      }
    },
  };
}
