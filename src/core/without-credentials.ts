/** A proxy's address without the user and password that policy or environment may have put into it; empty where it is no address. */
export function withoutCredentials(address: string): string {
  const url = URL.canParse(address) ? new URL(address) : null;
  if (url === null || url.host === '') return '';
  if (url.username === '' && url.password === '') return address;
  url.username = '';
  url.password = '';
  return url.href;
}
