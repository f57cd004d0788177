import { mkdir, open, rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { v7 as uuidv7 } from 'uuid';
import { FileMissing, MediaStorage } from './media-storage.js';

/** Files in a folder of this machine, or in one that all instances of the service share. */
export class FolderStorage extends MediaStorage {
  constructor(private readonly folder: string) {
    super();
  }

  async put(key: string, bytes: Buffer): Promise<void> {
    const target = this.at(key);
    await mkdir(path.dirname(target), { recursive: true });
    const passing = `${target}.${uuidv7()}`;
    try {
      const file = await open(passing, 'wx');
      try {
        await file.writeFile(bytes);
        // What the database says is there is there after a power cut, too.
        await file.sync();
      } finally {
        await file.close();
      }
      await rename(passing, target);
    } catch (error) {
      await rm(passing, { force: true });
      throw error;
    }
  }

  async read(key: string, from: number, length: number): Promise<Buffer> {
    const file = await open(this.at(key), 'r').catch((error: NodeJS.ErrnoException) => {
      throw error.code === 'ENOENT' ? new FileMissing(key) : error;
    });
    try {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(length), 0, length, from);
      return buffer.subarray(0, bytesRead);
    } finally {
      await file.close();
    }
  }

  async remove(key: string): Promise<void> {
    await rm(this.at(key), { force: true });
  }

  private at(key: string): string {
    return path.join(this.folder, ...key.split('/'));
  }
}
