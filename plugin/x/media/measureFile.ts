import { createReadStream, createWriteStream, rmSync } from 'node:fs';
import { mkdir, rm, stat } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { BridgeError, reasonOf } from '../../core/errors';
import type { FileStream } from '../../core/gateways';
import { say } from '../../texts/text';

/** Where files pass that are measured. */
export const tempFolder = (dataDir: string) => join(dataDir, 'passing');

/** Takes away what a killed process left of agents' files. Nothing may pass meanwhile. */
export function clearPassing(dataDir: string): void {
  rmSync(tempFolder(dataDir), { recursive: true, force: true });
}

/**
 * X wants a file's size before its first byte. A host that does not say it (chunked answers) makes the file
 * go through the disk once to be measured.
 * @param folder for the passing file; nothing is left there
 */
export async function measureFile(file: FileStream, folder: string): Promise<FileStream & { size: number }> {
  if (file.size !== undefined) return { ...file, size: file.size };
  const path = join(folder, `${randomUUID()}.part`);
  try {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await pipeline(file.stream, createWriteStream(path, { mode: 0o600 }));
    const { size } = await stat(path);
    const stream = createReadStream(path);
    stream.once('close', () => void rm(path, { force: true }));
    return { ...file, size, stream };
  } catch (error) {
    await rm(path, { force: true });
    throw new BridgeError(
      'host-unavailable',
      `the file "${file.name}" could not be read: ${reasonOf(error)}`,
      {
        retryable: true,
        agentMessage: say('file.incomplete'),
      },
    );
  }
}
