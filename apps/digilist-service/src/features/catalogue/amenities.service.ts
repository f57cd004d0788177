import {
  AMENITY_KEY_TAKEN,
  type Amenity,
  type AmenityId,
  type AmenityList,
  amenityChanged,
  amenityCreated,
  CATALOGUE_FULL,
  type CreateAmenity,
  type ListAmenities,
  MAX_CATALOGUE,
  type UpdateAmenity,
} from '@digilist/contracts';
import { Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireTenant, requireVersion } from '../../platform/index.js';
import { allLanguages } from '../listings/index.js';
import {
  COUNT_AMENITIES,
  GET_AMENITY,
  INSERT_AMENITY,
  LIST_AMENITIES,
  LOCK_AMENITY,
  UPDATE_AMENITY,
} from './catalogue.sql.js';

type AmenityRow = Amenity & Record<string, unknown>;

/** What listings of the whole tenant can offer. */
@Injectable()
export class AmenitiesService {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, { status = 'active' }: ListAmenities): Promise<AmenityList> {
    return this.work.run(ctx, async (tx) => ({
      data: await tx.query<AmenityRow>(LIST_AMENITIES, [tx.tenantId, status]),
    }));
  }

  get(ctx: RequestContext, { id }: AmenityId): Promise<Amenity> {
    return this.work.run(ctx, (tx) => tx.one<AmenityRow>(GET_AMENITY, [tx.tenantId, id]));
  }

  create(ctx: RequestContext, { key, name }: CreateAmenity): Promise<Amenity> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const { count } = await tx.one<{ count: number }>(COUNT_AMENITIES, [tx.tenantId]);
      if (count >= MAX_CATALOGUE) throw new Refusal(CATALOGUE_FULL, { details: { most: MAX_CATALOGUE } });
      const values = [tx.tenantId, key, allLanguages(name), tx.actorId];
      const [amenity] = await tx.query<AmenityRow>(INSERT_AMENITY, values);
      if (!amenity) throw new Refusal(AMENITY_KEY_TAKEN);
      const { id, version } = amenity;
      tx.emit(amenityCreated, { id, version, data: { amenityId: id } });
      tx.audit({ action: 'digilist.amenity.create', entity: { type: 'amenity', id }, changes: { key } });
      return amenity;
    });
  }

  update(ctx: RequestContext, { id, ...changes }: UpdateAmenity): Promise<Amenity> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const old = await tx.one<AmenityRow>(LOCK_AMENITY, [tx.tenantId, id]);
      requireVersion(old.version, expectedVersion(ctx));
      const name = changes.name ? allLanguages(changes.name) : old.name;
      const values = [tx.tenantId, id, name, changes.status ?? old.status, tx.actorId];
      const amenity = await tx.one<AmenityRow>(UPDATE_AMENITY, values);
      tx.emit(amenityChanged, { id, version: amenity.version, data: { amenityId: id } });
      tx.audit({ action: 'digilist.amenity.update', entity: { type: 'amenity', id }, changes: { ...changes } });
      return amenity;
    });
  }
}
