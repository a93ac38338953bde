import { lookup as dnsLookup, type LookupAddress, type LookupOptions } from 'node:dns';
import ipaddr from 'ipaddr.js';

type Found = (error: NodeJS.ErrnoException | null, addresses: LookupAddress[]) => void;
type Resolve = (name: string, options: LookupOptions & { all: true }, found: Found) => void;
type Answer = (
  error: NodeJS.ErrnoException | null,
  address: string | LookupAddress[],
  family?: number,
) => void;

/**
 * Looks a name up as `dns.lookup` does, but finds only addresses of the internet: a name of a media host that leads
 * into the contact center's own network leads nowhere (OWASP, Server-Side Request Forgery Prevention).
 */
export function publicLookup(resolve: Resolve = dnsLookup) {
  return (name: string, options: LookupOptions, answer: Answer): void => {
    resolve(name, { ...options, all: true }, (error, addresses) => {
      if (error) {
        answer(error, []);
        return;
      }
      const found = addresses.filter(({ address }) => isPublic(address));
      const [first] = found;
      if (!first) answer(inside(name), []);
      else if (options.all) answer(null, found);
      else answer(null, first.address, first.family);
    });
  };
}

/** Whether an address is one of the internet; an IPv4 address in the clothes of IPv6 is taken for what it is. */
export function isPublic(address: string): boolean {
  return ipaddr.isValid(address) && ipaddr.process(address).range() === 'unicast';
}

function inside(name: string): NodeJS.ErrnoException {
  return Object.assign(new Error(`${name} leads to no address of the internet`), { code: 'ENOTPUBLIC' });
}
