import {
  type ListingId,
  NOT_A_PACKAGE,
  PACKAGE_INVALID,
  type PackageComponent,
  type PackageItems,
  type PutPackageItems,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, requireOrg, type Tx, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { changeListing, PUBLIC_STATUSES, requireListing, seesUnpublished } from '../listings/index.js';
import { type Component, compose } from './domain/compose.js';
import { CLEAR_PACKAGE_ITEMS, INSERT_PACKAGE_ITEMS, LIST_PACKAGE_ITEMS, LOCK_COMPONENTS } from './packages.sql.js';

@Injectable()
export class PackagesService {
  constructor(private readonly work: UnitOfWork) {}

  get(ctx: RequestContext, { id }: ListingId): Promise<PackageItems> {
    return this.work.run(ctx, async (tx) => {
      const { bookingModel, version } = await requireListing(tx, id);
      requirePackage(bookingModel);
      return { items: await readItems(tx, id), version };
    });
  }

  /** Whoever puts a listing into a package decides that it is booked along with it: so for both it takes the permission. */
  put(ctx: RequestContext, { id, items }: PutPackageItems): Promise<PackageItems> {
    return this.work.run(ctx, async (tx) => {
      const ids = [...new Set(items.map(({ listingId }) => listingId))].filter((listingId) => listingId !== id);
      const rows = await tx.query<Component & Record<string, unknown>>(LOCK_COMPONENTS, [tx.tenantId, ids]);
      const row = await changeListing(tx, id, expectedVersion(ctx), 'components', 'digilist.listing.update');
      requirePackage(row.bookingModel);
      const itself = { ...row, zones: [] };
      const unpublished = await seesUnpublished(tx);
      const visible = rows.filter(({ status, orgId }) => PUBLIC_STATUSES.includes(status) || unpublished.covers(orgId));
      const composed = compose(items, new Map([...visible, itself].map((each) => [each.id, each])));
      if (composed.errors.length > 0) throw new Refusal(PACKAGE_INVALID, { errors: composed.errors });
      for (const { orgId } of visible) requireOrg(tx.reach, orgId);
      await tx.query(CLEAR_PACKAGE_ITEMS, [tx.tenantId, row.orgId, id]);
      await tx.query(INSERT_PACKAGE_ITEMS, [
        tx.tenantId,
        row.orgId,
        id,
        composed.items.map(({ listingId }) => listingId),
        composed.items.map(({ zoneId }) => zoneId),
        composed.items.map(({ quantity }) => quantity),
        tx.actorId,
      ]);
      return { items: await readItems(tx, id), version: row.version };
    });
  }
}

/** @throws Refusal NOT_A_PACKAGE */
function requirePackage(bookingModel: string): void {
  if (bookingModel !== 'PACKAGE') throw new Refusal(NOT_A_PACKAGE, { details: { bookingModel } });
}

const readItems = (tx: Tx, id: string): Promise<PackageComponent[]> =>
  tx.query<PackageComponent & Record<string, unknown>>(LIST_PACKAGE_ITEMS, [tx.tenantId, id]);
