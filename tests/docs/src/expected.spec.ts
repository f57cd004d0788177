import { describe, expect, it } from '@jest/globals';
import { differences, expectedOf } from './expected.js';

const block = `# Do it.
curl -X POST "$API/things" \\
  -d '{ "name": "a" }'
# 201 { "id": "…",
#   "version": 1, … }
THING=$(curl -s $API/things | jq -r .id)
curl $API/things/$THING
# 404 { "code": "NOT_FOUND" }`;

describe('what a block of commands says of its answers', () => {
  it('is the status and the members in the comment behind each curl', () => {
    expect(expectedOf(block)).toEqual([
      { status: 201, members: ['id', 'version'] },
      { status: null, members: [] },
      { status: 404, members: ['code'] },
    ]);
  });

  it('is compared: status, members, and how many were answered', () => {
    const good = [
      { status: 201, body: '{"id":"x","version":1}' },
      { status: 200, body: '{}' },
      { status: 404, body: '{"code":"NOT_FOUND"}' },
    ];
    expect(differences(block, good)).toEqual([]);
    expect(differences(block, good.slice(1))).toEqual(['3 curls are written, 2 answered']);
    const bad = [{ status: 200, body: '{}' }, { status: 500, body: 'broken' }, good[2] as (typeof good)[0]];
    expect(differences(block, bad)).toEqual([
      'curl 1 was answered 200, not 201: {}',
      'curl 2 was answered 500, not with success: broken',
    ]);
    expect(differences(block, [{ status: 201, body: '{"id":"x"}' }, ...good.slice(1)])).toEqual([
      'curl 1 was answered without "version": {"id":"x"}',
    ]);
  });
});
