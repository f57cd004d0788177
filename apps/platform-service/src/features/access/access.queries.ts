import { FORBIDDEN, type Locale, type PageQuery, Refusal } from '@kit/contracts';
import { pageOfRows, pageStart, patternsGranting, type RequestContext, UnitOfWork, userOf } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type {
  AuthorizationDecision,
  AuthorizationDecisions,
  AuthorizationExplanation,
  AuthorizationPath,
  CheckAuthorization,
  CheckAuthorizations,
  DenialReason,
  ExplainAuthorization,
  GrantScope,
  HeldPermission,
  HeldPermissionPage,
  ListPermissions,
  ListUserPermissions,
  ListUserRoles,
  LocalizedText,
  PermissionHolder,
  PermissionHolderPage,
  PermissionPage,
  Role,
  RoleId,
  RolePage,
  RoleSeparation,
  RoleSeparationPage,
  UserRolePage,
  WhoCan,
} from '@platform/contracts';
import { readLicence } from '../licensing/index.js';
import { toRole, toUserRole } from './access.mapper.js';
import {
  EXPLAIN,
  FIND_ROLE,
  LIST_PERMISSIONS,
  LIST_ROLES,
  LIST_SEPARATIONS,
  LIST_USER_ROLES,
  type RoleRow,
  STANDINGS,
  USER,
  type UserRoleRow,
  WHAT_CAN,
  WHO_CAN,
} from './access.sql.js';
import { contains } from './domain/escalation.js';

type Columns<Row> = Row & Record<string, unknown>;

@Injectable()
export class AccessQueries {
  constructor(private readonly work: UnitOfWork) {}

  permissions(ctx: RequestContext, query: ListPermissions): Promise<PermissionPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      type Row = { key: string; product: string; description: LocalizedText };
      const rows = await tx.query<Columns<Row>>(LIST_PERMISSIONS, [query.product ?? null, keys?.[0] ?? null, fetch]);
      const text = (description: LocalizedText, locale: Locale) => description[locale];
      return pageOfRows(
        query,
        rows,
        ({ key }) => [key],
        ({ key, product, description }) => ({
          key,
          product,
          text: text(description, ctx.locale),
        }),
      );
    });
  }

  roles(ctx: RequestContext, query: PageQuery): Promise<RolePage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<Columns<RoleRow>>(LIST_ROLES, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, ({ key }) => [key], toRole);
    });
  }

  /** Whoever sees one organization sees the grants in it; those of the whole tenant need a reach over it. */
  userRoles(ctx: RequestContext, query: ListUserRoles): Promise<UserRolePage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      await tx.one(USER, [tx.tenantId, query.id]);
      const everything = tx.reach.tenant || (tx.reach.own && query.id === userOf(ctx).userId);
      const orgIds = everything ? null : tx.reach.orgIds;
      const values = [tx.tenantId, query.id, tx.now, keys?.[0] ?? null, orgIds, fetch];
      const rows = await tx.query<Columns<UserRoleRow & { role_key: string }>>(LIST_USER_ROLES, values);
      return pageOfRows(query, rows, ({ id }) => [id], toUserRole);
    });
  }

  check(ctx: RequestContext, request: CheckAuthorization): Promise<AuthorizationDecision> {
    return this.work.run(ctx, async (tx) => {
      const reach = await tx.reachOf(request.permission);
      const held = request.orgId === undefined ? !reach.empty : reach.covers(request.orgId);
      if (!held || request.module === undefined) return { allowed: held };
      return { allowed: (await readLicence(tx, tx.tenantId, request.module, tx.now)) === 'entitled' };
    });
  }

  /** A hundred questions cost as much as one: the permissions in one statement, each module once. */
  checkAll(ctx: RequestContext, { checks }: CheckAuthorizations): Promise<AuthorizationDecisions> {
    return this.work.run(ctx, async (tx) => {
      const permissions = checks.map(({ permission }) => permission);
      const orgIds = checks.map(({ orgId }) => orgId ?? null);
      const modules = [...new Set(checks.flatMap(({ module }) => (module === undefined ? [] : [module])))];
      const values = [tx.tenantId, userOf(ctx).userId, tx.now, permissions, orgIds];
      const [rows, licences] = await Promise.all([
        tx.query<{ allowed: boolean }>(STANDINGS, values),
        Promise.all(modules.map((module) => readLicence(tx, tx.tenantId, module, tx.now))),
      ]);
      const entitled = (module: string | undefined) =>
        module === undefined || licences[modules.indexOf(module)] === 'entitled';
      return {
        decisions: checks.map(({ module }, at) => ({ allowed: rows[at]?.allowed === true && entitled(module) })),
      };
    });
  }

  whoCan(ctx: RequestContext, query: WhoCan): Promise<PermissionHolderPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      if (!tx.reach.tenant && !(query.orgId !== undefined && tx.reach.covers(query.orgId)))
        throw new Refusal(FORBIDDEN);
      const patterns = patternsGranting(query.permission);
      const values = [tx.tenantId, patterns, tx.now, query.orgId ?? null, keys?.[0] ?? null, fetch];
      const rows = await tx.query<Columns<PermissionHolder>>(WHO_CAN, values);
      return pageOfRows(
        query,
        rows,
        ({ userId }) => [userId],
        (row) => row,
      );
    });
  }

  whatCan(ctx: RequestContext, query: ListUserPermissions): Promise<HeldPermissionPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      await tx.one(USER, [tx.tenantId, query.id]);
      if (!tx.reach.tenant && !(tx.reach.own && query.id === userOf(ctx).userId)) throw new Refusal(FORBIDDEN);
      const values = [tx.tenantId, query.id, tx.now, keys?.[0] ?? null, fetch];
      const rows = await tx.query<Columns<HeldPermission>>(WHAT_CAN, values);
      return pageOfRows(
        query,
        rows,
        ({ key }) => [key],
        (row) => row,
      );
    });
  }

  role(ctx: RequestContext, { id }: RoleId): Promise<Role> {
    return this.work.run(ctx, async (tx) => toRole(await tx.one<Columns<RoleRow>>(FIND_ROLE, [tx.tenantId, id])));
  }

  separations(ctx: RequestContext, query: PageQuery): Promise<RoleSeparationPage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<Columns<RoleSeparation>>(LIST_SEPARATIONS, [tx.tenantId, keys?.[0] ?? null, fetch]);
      return pageOfRows(
        query,
        rows,
        ({ id }) => [id],
        (row) => row,
      );
    });
  }

  explain(ctx: RequestContext, request: ExplainAuthorization): Promise<AuthorizationExplanation> {
    return this.work.run(ctx, async (tx) => {
      const user = await tx.one<{ status: string }>(USER, [tx.tenantId, request.userId]);
      const values = [tx.tenantId, request.userId, patternsGranting(request.permission), tx.now, request.orgId ?? null];
      type Row = {
        id: string;
        role_key: string;
        permissions: string[];
        scope: GrantScope;
        org_id: string | null;
        reaches: boolean;
      };
      const grants = await tx.query<Columns<Row>>(EXPLAIN, values);
      const paths: AuthorizationPath[] = grants
        .filter(({ reaches }) => reaches)
        .map((grant) => ({
          grantId: grant.id,
          roleKey: grant.role_key,
          pattern: grant.permissions.find((pattern) => contains(pattern, request.permission)) as string,
          scope: grant.scope,
          orgId: grant.org_id,
        }));
      const licence =
        request.module === undefined ? 'entitled' : await readLicence(tx, tx.tenantId, request.module, tx.now);
      const missing = missingLink({ active: user.status === 'active', held: grants.length, paths, licence });
      return { allowed: missing === null, paths, missing };
    });
  }
}

function missingLink(found: {
  active: boolean;
  held: number;
  paths: AuthorizationPath[];
  licence: string;
}): DenialReason | null {
  if (!found.active) return 'USER_INACTIVE';
  if (found.held === 0) return 'NO_GRANT';
  if (found.paths.length === 0) return 'OTHER_ORGANIZATION';
  return found.licence === 'entitled' ? null : 'MODULE_NOT_ENTITLED';
}
