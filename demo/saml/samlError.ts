/** A request that cannot be answered to the application, because nothing says safely where the answer goes. Shown as a page. */
export class SamlError extends Error {
  override name = 'SamlError';
}
