/**
 * A Reply URL call with the words, files and interaction of an earlier one is the host's second try where the earlier
 * call was never answered, and where it comes within this time. Once a call was answered, equal words are a new reply.
 */
export const retryWindowMs = 10 * 60_000;
