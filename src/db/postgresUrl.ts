const SHAPE = /^(postgres(?:ql)?:\/\/(?:[^/?#]*@)?)([^/?#@]*)([^?#]*)(?:\?([^#]*))?$/;

/**
 * Returns one URL for each host of a URL such as `postgres://user@one:5432,two/database?target_session_attrs=read-write`. pg reads
 * neither several hosts nor `target_session_attrs`; Anteroom always looks for a host that takes writes.
 * @throws Error for a `target_session_attrs` that would lead to a host that only reads
 */
export function hostsOf(url: string): string[] {
  const [, start = '', hosts = '', path = '', query = ''] = SHAPE.exec(url) ?? [];
  if (start === '') return [url];
  const parameters = new URLSearchParams(query);
  const wanted = parameters.get('target_session_attrs') ?? 'any';
  if (!['any', 'read-write', 'primary'].includes(wanted))
    throw new Error('target_session_attrs must be read-write, primary or any.');
  parameters.delete('target_session_attrs');
  const rest = parameters.size > 0 ? `${path}?${parameters}` : path;
  return hosts.split(',').map((host) => `${start}${host}${rest}`);
}
