/**
 * Where files lie. A key is written once and never again with other bytes. Whatever writes one has a row in `media_files`
 * that says so before, so that no file is ever without somebody who knows it.
 */
export abstract class MediaStorage {
  /** All of it or nothing: who reads never sees half a file. */
  abstract put(key: string, bytes: Buffer): Promise<void>;

  /** @throws FileMissing */
  abstract read(key: string, from: number, length: number): Promise<Buffer>;

  /** Gone afterwards, also when it was gone before. */
  abstract remove(key: string): Promise<void>;
}

export class FileMissing extends Error {
  constructor(key: string) {
    super(`there is no file ${key}`);
  }
}
