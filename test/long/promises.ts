/** What a contact center was promised: what customers wrote, and what agents were told to have sent. */
export class Promises {
  readonly in = new Set<string>();
  readonly out = new Set<string>();
  /** What X got a 200 for at once, in the order it was written. */
  readonly acknowledged = new Set<string>();

  /** Whether all of it is there. */
  isKept(atHost: string[], atX: string[]): boolean {
    const [host, x] = [new Set(atHost), new Set(atX)];
    return [...this.in].every((text) => host.has(text)) && [...this.out].every((text) => x.has(text));
  }

  /** How much of what customers wrote is not there. */
  missing(atHost: string[]): number {
    const there = new Set(atHost);
    return [...this.in].filter((text) => !there.has(text)).length;
  }

  /** @param marks what the messages of each customer begin with, before a number that grows */
  broken(atHost: string[], atX: string[], marks: string[]): Broken {
    return {
      lostMessages: [...this.in].filter((text) => !atHost.includes(text)),
      doubledMessages: doubled(atHost),
      lostReplies: [...this.out].filter((text) => !atX.includes(text)),
      doubledReplies: doubled(atX),
      outOfOrder: marks.filter((mark) => {
        // What was not acknowledged is found later, by reading back, and may come after what was.
        const numbers = atHost
          .filter((text) => this.acknowledged.has(text) && text.startsWith(`${mark} `))
          .map((text) => Number(text.slice(mark.length)));
        return numbers.some((number, place) => place > 0 && number < numbers[place - 1]!);
      }),
    };
  }
}

/** What was promised and did not come, or came otherwise: each text, and the marks of customers whose order is not theirs. */
export interface Broken {
  lostMessages: string[];
  doubledMessages: string[];
  lostReplies: string[];
  doubledReplies: string[];
  outOfOrder: string[];
}

export function isBroken(broken: Broken): boolean {
  return Object.values(broken).some((each: string[]) => each.length > 0);
}

const doubled = (texts: string[]) => [
  ...new Set(texts.filter((text, index) => texts.indexOf(text) !== index)),
];
