/** Returns the body of a PATCH (RFC 7644 3.5.2). */
export function patch(...Operations: unknown[]) {
  return { schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'], Operations };
}
