/**
 * Which process is to work which account: evenly, with as few moves as possible. Every process that knows the same comes to the
 * same result.
 * @param accounts what there is to be worked
 * @param nodes the processes there are, at least one
 * @param owners who handles an account now, by account
 * @param knows whether a process has the account among its settings; one that nobody knows is given to nobody
 */
export function spread(
  accounts: string[],
  nodes: string[],
  owners: ReadonlyMap<string, string>,
  knows: (node: string, account: string) => boolean = () => true,
): Map<string, string> {
  const inOrder = [...new Set(accounts)].sort();
  const least = Math.floor(inOrder.length / nodes.length);
  let withOneMore = inOrder.length % nodes.length;
  const held = new Map(nodes.map((node) => [node, 0]));
  const result = new Map<string, string>();
  const give = (account: string, node: string) => {
    const before = held.get(node) ?? 0;
    if (before === least) withOneMore -= 1;
    held.set(node, before + 1);
    result.set(account, node);
  };
  const hasRoom = (node: string) => {
    const now = held.get(node);
    return now !== undefined && (now < least || (now === least && withOneMore > 0));
  };
  for (const account of inOrder) {
    const owner = owners.get(account);
    if (owner !== undefined && hasRoom(owner) && knows(owner, account)) give(account, owner);
  }
  for (const account of inOrder) {
    if (result.has(account)) continue;
    // Rather uneven than handled by nobody.
    const [node] = nodes
      .filter((each) => knows(each, account))
      .sort((one, other) => (held.get(one) ?? 0) - (held.get(other) ?? 0));
    if (node !== undefined) give(account, node);
  }
  return result;
}
