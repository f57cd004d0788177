import type { PageQuery } from '@kit/contracts';
import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CreateFlag,
  createFeatureFlag,
  type DecideFlagChange,
  decideFlagChange,
  type EvaluateFlag,
  type EvaluateFlags,
  type EvaluateProductFlags,
  evaluateFlag,
  evaluateFlags,
  evaluateProductFlags,
  type FlagKey,
  getFeatureFlag,
  type ListFlagChanges,
  type ListFlags,
  type ListFlagVersions,
  listFeatureFlags,
  listFeatureFlagVersions,
  listFlagChanges,
  listFlagSegments,
  type ProposeFlagChange,
  type PutFlagSegment,
  proposeFlagChange,
  putFlagSegment,
  type RevertFlag,
  revertFeatureFlag,
  type UpdateFlag,
  updateFeatureFlag,
} from '@platform/contracts';
import { EvaluationService } from './evaluation.service.js';
import { FlagChangesService } from './flag-changes.service.js';
import { FlagsQueries } from './flags.queries.js';
import { FlagsService } from './flags.service.js';

@Controller()
export class FlagsController {
  constructor(
    private readonly flags: FlagsService,
    private readonly changes: FlagChangesService,
    private readonly evaluation: EvaluationService,
    private readonly queries: FlagsQueries,
  ) {}

  @Handles(createFeatureFlag)
  create(ctx: RequestContext, request: CreateFlag) {
    return this.flags.create(ctx, request);
  }

  @Handles(listFeatureFlags)
  list(ctx: RequestContext, request: ListFlags) {
    return this.queries.list(ctx, request);
  }

  @Handles(getFeatureFlag)
  get(ctx: RequestContext, request: FlagKey) {
    return this.queries.get(ctx, request);
  }

  @Handles(updateFeatureFlag)
  update(ctx: RequestContext, request: UpdateFlag) {
    return this.flags.update(ctx, request);
  }

  @Handles(listFeatureFlagVersions)
  versions(ctx: RequestContext, request: ListFlagVersions) {
    return this.queries.versions(ctx, request);
  }

  @Handles(revertFeatureFlag)
  revert(ctx: RequestContext, request: RevertFlag) {
    return this.flags.revert(ctx, request);
  }

  @Handles(proposeFlagChange)
  propose(ctx: RequestContext, request: ProposeFlagChange) {
    return this.changes.propose(ctx, request);
  }

  @Handles(listFlagChanges)
  listChanges(ctx: RequestContext, request: ListFlagChanges) {
    return this.queries.changes(ctx, request);
  }

  @Handles(decideFlagChange)
  decide(ctx: RequestContext, request: DecideFlagChange) {
    return this.changes.decide(ctx, request);
  }

  @Handles(putFlagSegment)
  putSegment(ctx: RequestContext, request: PutFlagSegment) {
    return this.flags.putSegment(ctx, request);
  }

  @Handles(listFlagSegments)
  segments(ctx: RequestContext, request: PageQuery) {
    return this.queries.segments(ctx, request);
  }

  @Handles(evaluateFlag)
  evaluate(ctx: RequestContext, request: EvaluateFlag) {
    return this.evaluation.one(ctx, request);
  }

  @Handles(evaluateFlags)
  evaluateAll(ctx: RequestContext, request: EvaluateFlags) {
    return this.evaluation.all(ctx, request);
  }

  @Handles(evaluateProductFlags)
  evaluateForProduct(ctx: RequestContext, request: EvaluateProductFlags) {
    return this.evaluation.ofProduct(ctx, request);
  }
}
