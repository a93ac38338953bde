/** Where X's snowflake ids begin, in ms since 1970 (X docs: X IDs). */
const snowflakeEpoch = 1_288_834_974_657;

/**
 * The time in the version of a key, in ms since 1970. Versions are milliseconds since 1970, or snowflake ids (X's library:
 * conversationKeyVersion).
 */
export function timeOf(version: string): number {
  return version.length > 15 ? Number(BigInt(version) >> 22n) + snowflakeEpoch : Number(version);
}
