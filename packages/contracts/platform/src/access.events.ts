import { holders, Id, Instant, OneOf, people, Text } from '@kit/contracts';
import { event } from './context.js';
import { GRANT_SCOPES, type GrantScope } from './products.js';

export class RoleGrantedData {
  @Id()
  userId: string;

  @Id()
  roleId: string;

  @Text({ max: 60, example: 'report_editor' })
  roleKey: string;

  @OneOf(GRANT_SCOPES)
  scope: GrantScope;

  @Id({ nullable: true })
  orgId: string | null;

  @Instant({ nullable: true })
  expiresAt: string | null;
}

export class RoleRevokedData {
  @Id()
  userId: string;

  @Id()
  roleId: string;
}

export const roleGranted = event({
  aggregate: 'user_role',
  fact: 'granted',
  summary: 'A role was granted to a user',
  data: RoleGrantedData,
  audience: ({ userId, orgId }) => [...people(userId), ...holders('platform.user-role.read', { orgs: [orgId] })],
});

export const roleRevoked = event({
  aggregate: 'user_role',
  fact: 'revoked',
  summary: 'A granted role was taken back',
  data: RoleRevokedData,
  audience: ({ userId }) => [...people(userId), ...holders('platform.user-role.read')],
});

export const accessEvents = [roleGranted, roleRevoked] as const;
