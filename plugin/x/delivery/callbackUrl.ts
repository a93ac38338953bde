/** `/api/messages[/NAME]`, with its slashes as they are or escaped inside a query. */
const messagesPath = /(\/|%2F)api\1messages(?:\1\w+)?(?=$|[?&#])/i;

/**
 * The address X is to call. With a path secret, the account's name and the secret end the path, wherever in
 * the address the path stands.
 */
export function callbackUrl(webhookUrl: string, account: string, pathSecret: string | undefined): string {
  if (webhookUrl === '' || pathSecret === undefined) return webhookUrl;
  return webhookUrl.replace(messagesPath, (_path, slash: string) =>
    ['', 'api', 'messages', account, pathSecret].join(slash),
  );
}
