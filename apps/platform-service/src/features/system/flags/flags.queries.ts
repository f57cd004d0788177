import type { PageQuery } from '@kit/contracts';
import { pageOfRows, pageStart, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import type {
  FeatureFlag,
  FeatureFlagPage,
  FlagChangePage,
  FlagKey,
  FlagSegmentPage,
  FlagVersionPage,
  ListFlagChanges,
  ListFlags,
  ListFlagVersions,
} from '@platform/contracts';
import { toChange, toFlag, toSegment, toVersion } from './flags.mapper.js';
import {
  type ChangeRow,
  FIND_FLAG,
  type FlagRow,
  LIST_CHANGES,
  LIST_FLAGS,
  LIST_SEGMENTS,
  LIST_VERSIONS,
  type SegmentRow,
  type VersionRow,
} from './flags.sql.js';

@Injectable()
export class FlagsQueries {
  constructor(private readonly work: UnitOfWork) {}

  get(ctx: RequestContext, { key }: FlagKey): Promise<FeatureFlag> {
    return this.work.run(ctx, async (tx) => toFlag(await tx.one<FlagRow>(FIND_FLAG, [key]), tx.now));
  }

  list(ctx: RequestContext, query: ListFlags): Promise<FeatureFlagPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    const { product = null, status = null, stale } = query;
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<FlagRow>(LIST_FLAGS, [keys?.[0] ?? null, product, status, fetch]);
      const page = pageOfRows(
        query,
        rows,
        ({ key }) => [key],
        (row) => toFlag(row, tx.now),
      );
      return stale === undefined
        ? page
        : { ...page, data: page.data.filter((flag) => flag.stale.length > 0 === stale) };
    });
  }

  versions(ctx: RequestContext, query: ListFlagVersions): Promise<FlagVersionPage> {
    const { keys, fetch } = pageStart(query, ['integer']);
    return this.work.run(ctx, async (tx) => {
      await tx.one(FIND_FLAG, [query.key]);
      const rows = await tx.query<VersionRow>(LIST_VERSIONS, [query.key, keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, (row) => [row.flag_version], toVersion);
    });
  }

  changes(ctx: RequestContext, query: ListFlagChanges): Promise<FlagChangePage> {
    const { keys, fetch } = pageStart(query, ['uuid']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<ChangeRow>(LIST_CHANGES, [keys?.[0] ?? null, query.status ?? null, fetch]);
      return pageOfRows(query, rows, ({ id }) => [id], toChange);
    });
  }

  segments(ctx: RequestContext, query: PageQuery): Promise<FlagSegmentPage> {
    const { keys, fetch } = pageStart(query, ['text']);
    return this.work.run(ctx, async (tx) => {
      const rows = await tx.query<SegmentRow>(LIST_SEGMENTS, [keys?.[0] ?? null, fetch]);
      return pageOfRows(query, rows, ({ key }) => [key], toSegment);
    });
  }
}
