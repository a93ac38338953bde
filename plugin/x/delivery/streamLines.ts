import { StringDecoder } from 'node:string_decoder';

/** No event of X is that long; whoever sends more is not understood. Characters. */
const maxLineLength = 4 * 1024 * 1024;

/** Puts the pieces of a stream together to lines. Heartbeats are blank lines, and left out. */
export class StreamLines {
  private readonly decoder = new StringDecoder('utf8');
  private rest = '';

  /** @returns the lines that are complete now. @throws RangeError when a line does not end */
  add(chunk: Buffer): string[] {
    const lines = (this.rest + this.decoder.write(chunk)).split('\n');
    this.rest = lines.pop() ?? '';
    if (this.rest.length > maxLineLength) throw new RangeError('a line of the stream does not end');
    return lines.map((line) => line.trim()).filter((line) => line !== '');
  }
}
