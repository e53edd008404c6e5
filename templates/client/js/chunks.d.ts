/** A storage whose values may be longer than it allows. */
import type { TokenStorage } from "./storage.js";
/**
 * Keeps long values in pieces, for a storage that limits their length: SecureStore of React Native
 * (2,048 bytes on some versions of iOS), or cookies (4,096 bytes with their name).
 *
 * The name itself holds a short value, or which pieces make up a long one. New pieces get new names
 * and are complete before they count, so an application that ends in the middle of it loses nothing.
 *
 * @param most the length of a piece; session tokens have one byte for each character.
 */
export declare function chunkedStorage(storage: TokenStorage, most?: number): TokenStorage;
