import type { RequestHandler } from 'express';
import type { IncomingMessage, ServerResponse } from 'node:http';

/** Bytes of one body. X's largest event and a settings file to import fit in. */
const maxBodyBytes = 1024 * 1024;

/** Bytes of all bodies that have not come in whole. */
const maxWaiting = 32 * 1024 * 1024;

/** A body in more pieces than this comes from nobody who means well: the pieces cost more than the bytes. */
const maxPieces = 1_024;

const blockSize = 16 * 1024;

/**
 * Reads the bodies of calls from anyone. Whatever is announced, and into however many pieces it is cut, a body takes
 * little more than its bytes while it comes in, and twice that at its end.
 */
export class Bodies {
  private readonly waiting = new Set<Body>();
  private bytes = 0;

  /** @param most bytes of all bodies that have not come in whole */
  constructor(private readonly most = maxWaiting) {}

  /** Bytes held of bodies that have not come in whole. */
  get waitingBytes(): number {
    return this.bytes;
  }

  /**
   * The bytes as they came: a signature is over them, so nothing may inflate or parse them first. After a refusal the
   * connection is closed with the answer.
   * @throws Error with the `status` to answer: 400 (broken off), 413 (too large), 415 (encoded), 503 (too many at once)
   */
  read(request: IncomingMessage, response: ServerResponse): Promise<Buffer> {
    return new Promise((resolve, reject) => {
      const body = new Body();
      const end = () => {
        request.off('data', take).off('close', breakOff);
        if (this.waiting.delete(body)) this.bytes -= body.length;
      };
      const refuse = (status: number, words: string) => {
        end();
        // What is still to come is let go, until the answer is written; without a listener each piece would cost more.
        request.on('data', () => {});
        response.shouldKeepAlive = false;
        reject(fault(status, words));
      };
      const breakOff = () => {
        end();
        reject(fault(400, 'the call was broken off'));
      };
      const take = (piece: Buffer) => {
        if (body.length + piece.length > maxBodyBytes) refuse(413, 'the body is too large');
        else if (body.pieces >= maxPieces) refuse(413, 'the body comes in too many pieces');
        else {
          body.add(piece);
          this.bytes += piece.length;
          if (this.bytes > this.most) this.refuseLargest();
        }
      };
      body.giveUp = () => refuse(503, 'too many bodies are waiting to come in whole');
      this.waiting.add(body);
      request.once('end', () => {
        end();
        resolve(body.whole());
      });
      request.once('close', breakOff);
      request.once('error', () => {});
      if ((request.headers['content-encoding'] ?? 'identity') !== 'identity')
        refuse(415, 'the body is encoded');
      else if (Number(request.headers['content-length'] ?? 0) > maxBodyBytes)
        refuse(413, 'the body is too large');
      else request.on('data', take);
    });
  }

  /** For the app's routes: the bytes are `request.body`. */
  get middleware(): RequestHandler {
    return (request, response, next) => {
      this.read(request, response).then((body) => {
        request.body = body;
        next();
      }, next);
    };
  }

  /** X's events are small: whoever holds the most is the least likely to be X. */
  private refuseLargest(): void {
    const [largest] = [...this.waiting].sort((one, other) => other.length - one.length);
    largest?.giveUp();
  }
}

/** Bytes on their way in. Small pieces are copied together, since each would cost more than it holds. */
class Body {
  length = 0;
  pieces = 0;
  giveUp: () => void = () => {};
  /** The first piece, which is the whole body of nearly every call of X. */
  private first: Buffer | undefined;
  private readonly blocks: Buffer[] = [];
  /** Bytes that the last block holds. */
  private filled = blockSize;

  add(piece: Buffer): void {
    this.pieces += 1;
    this.length += piece.length;
    if (this.pieces === 1) {
      this.first = piece;
      return;
    }
    if (this.first) this.copy(this.first);
    this.first = undefined;
    this.copy(piece);
  }

  whole(): Buffer {
    return this.first ?? Buffer.concat(this.blocks, this.length);
  }

  private copy(piece: Buffer): void {
    for (let copied = 0; copied < piece.length;) {
      if (this.filled === blockSize) {
        this.blocks.push(Buffer.allocUnsafeSlow(blockSize));
        this.filled = 0;
      }
      const taken = piece.copy(this.blocks[this.blocks.length - 1] ?? piece, this.filled, copied);
      copied += taken;
      this.filled += taken;
    }
  }
}

/** The app's router tells its faults in the same way. */
export function fault(status: number, words: string): Error {
  return Object.assign(new Error(words), { status });
}
