import http, { type IncomingMessage, type RequestOptions } from 'node:http';
import https from 'node:https';
import { addressFamily } from '../../network.ts';

const HEADERS = {
  accept: 'application/samlmetadata+xml, application/xml;q=0.9, text/xml;q=0.9, */*;q=0.1',
  'accept-encoding': 'identity', // what arrives is then what is counted
  'user-agent': 'Anteroom',
};

/**
 * Sends a GET to a URL over a connection of its own to one of the addresses given, whatever the URL's name may resolve to by now.
 * Follows no redirect and uses no proxy.
 * @param addresses at least one; where the URL's host is an address itself, that address
 * @param signal ends the request, and the reading of the answer
 * @returns the answer, its body unread
 * @throws the error of the connection
 */
export function requestFrom(url: URL, addresses: readonly string[], signal: AbortSignal): Promise<IncomingMessage> {
  const { request } = url.protocol === 'https:' ? https : http;
  return new Promise((resolve, reject) => {
    request(url, { agent: false, headers: HEADERS, lookup: lookupOf(addresses), signal })
      .on('response', resolve)
      .on('error', reject)
      .on('close', () => reject(new Error('closed without an answer')))
      .end();
  });
}

function lookupOf(addresses: readonly string[]): NonNullable<RequestOptions['lookup']> {
  const found = addresses.map((address) => ({ address, family: addressFamily(address) ?? 0 }));
  return (_host, options, callback) => {
    const [first] = found;
    if (first === undefined) callback(new Error('no address'), '', 0);
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  };
}
