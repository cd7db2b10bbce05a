import { expect } from 'chai';
import { newTrace } from '../../../src/scim/http/call.ts';

describe('scim/call', () => {
  it('names the event of a request as JumpCloud does', () => {
    const events = {
      'GET /Users': 'user_lookup_provision',
      'GET /Users/1': 'user_lookup_provision',
      'POST /Users/.search': 'user_lookup_provision',
      'POST /users': 'user_create_provision',
      'PUT /Users/1': 'user_update_provision',
      'PATCH /Users/1': 'user_update_provision',
      'DELETE /Users/1': 'user_delete_provision',
      'GET /Groups': 'group_lookup_provision',
      'POST /Groups/.search': 'group_lookup_provision',
      'POST /Groups': 'group_create_provision',
      'PUT /GROUPS/1': 'group_update_provision',
      'PATCH /Groups/1': 'group_update_provision',
      'DELETE /Groups/1': 'group_delete_provision',
      'OPTIONS /Users': null,
      'POST /Bulk': null,
      'GET /': null,
    };
    for (const [request, event] of Object.entries(events)) {
      const [method = '', path = ''] = request.split(' ');
      const resourceType = /users/i.test(path) ? 'User' : /groups/i.test(path) ? 'Group' : null;
      expect(newTrace({ method, path }), request).to.deep.equal({
        event,
        resourceType,
        resourceId: null,
        resourceName: null,
        changes: [],
        notices: [],
        logged: false,
      });
    }
  });
});
