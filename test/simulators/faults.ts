import type { RequestHandler } from 'express';

/** What goes wrong with a call, once. */
export interface Fault {
  /** Matched against `METHOD /path`. */
  when: RegExp;
  /** Answer with this instead of doing the work. */
  status?: number;
  body?: unknown;
  headers?: Record<string, string>;
  /** Cut the connection: before the work is done, or after, so that only the answer is lost. */
  cut?: 'before' | 'after';
  /** Answer with what is no JSON: as a gateway would, or after the work is done, with what is left of its answer. */
  garbage?: 'before' | 'after';
  /** Answer 200 with these bytes. */
  bytes?: Buffer;
  /** Begin to answer 200, and say nothing more; or read nothing of the call's body, and never answer. */
  stall?: 'answering' | 'reading';
  /** Wait so long before anything, in milliseconds. */
  delay?: number;
  /** Done when it strikes: with `cut`, just before the connection is cut. */
  act?: () => void;
  /** How often; 1 unless told. */
  times?: number;
}

/** Faults on demand: each is used up by the calls it matches, the oldest first. */
export class Faults {
  private readonly planned: (Fault & { left: number })[] = [];

  add(fault: Fault): void {
    this.planned.push({ ...fault, left: fault.times ?? 1 });
  }

  clear(): void {
    this.planned.length = 0;
  }

  get middleware(): RequestHandler {
    return (request, response, next) => {
      const fault = this.take(`${request.method} ${request.path}`);
      if (!fault) {
        next();
        return;
      }
      setTimeout(() => {
        if (fault.cut !== 'after') fault.act?.();
        if (fault.cut === 'before') request.socket.destroy();
        else if (fault.stall === 'answering')
          response
            .status(200)
            .set({ 'content-length': '100000', ...fault.headers })
            .write('first bytes');
        else if (fault.stall === 'reading') request.pause();
        else if (fault.bytes)
          response
            .status(200)
            .set({ 'content-type': 'application/json', ...fault.headers })
            .end(fault.bytes);
        else if (fault.garbage === 'before') response.status(502).send('<h1>Bad Gateway</h1>');
        else if (fault.status !== undefined)
          response
            .status(fault.status)
            .set(fault.headers ?? {})
            .json(fault.body ?? {});
        else {
          if (fault.cut === 'after') loseAnswer(response, request.socket, fault.act);
          if (fault.garbage === 'after') response.json = () => response.send('{"id":');
          next();
        }
      }, fault.delay ?? 0);
    };
  }

  private take(call: string): Fault | undefined {
    const fault = this.planned.find((each) => each.left > 0 && each.when.test(call));
    if (fault) fault.left -= 1;
    return fault;
  }
}

function loseAnswer(
  response: Parameters<RequestHandler>[1],
  socket: { destroy: () => unknown },
  act: (() => void) | undefined,
): void {
  response.end = (() => {
    act?.();
    socket.destroy();
    return response;
  }) as typeof response.end;
}
