/** An app's and a user's keys, and how requests with them are signed. */
export interface XKeys {
  consumerKey: string;
  consumerSecret: string;
  accessToken: string;
  accessTokenSecret: string;
  signatureMethod: 'HMAC-SHA1' | 'HMAC-SHA256';
}
