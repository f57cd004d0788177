import {
  CATALOGUE_FULL,
  CATEGORY_CYCLE,
  CATEGORY_HAS_CHILDREN,
  CATEGORY_SLUG_TAKEN,
  CATEGORY_UNKNOWN,
  type Category,
  type CategoryId,
  type CategoryList,
  type CreateCategory,
  categoryChanged,
  categoryCreated,
  type ListCategories,
  MAX_CATALOGUE,
  type UpdateCategory,
} from '@digilist/contracts';
import { NOT_FOUND, Refusal } from '@kit/contracts';
import { expectedVersion, type RequestContext, UnitOfWork } from '@kit/service';
import { Injectable } from '@nestjs/common';
import { requireTenant, requireVersion } from '../../platform/index.js';
import { allLanguages } from '../listings/index.js';
import { GET_CATEGORY, INSERT_CATEGORY, LIST_CATEGORIES, LOCK_CATEGORIES, UPDATE_CATEGORY } from './catalogue.sql.js';
import { inTreeOrder, type Misplaced, misplaced, type TreeCategory } from './domain/category-tree.js';

type CategoryRow = Category & Record<string, unknown>;

const REFUSALS = {
  CYCLE: CATEGORY_CYCLE,
  PARENT_UNKNOWN: CATEGORY_UNKNOWN,
  HAS_CHILDREN: CATEGORY_HAS_CHILDREN,
} as const satisfies Record<Misplaced, unknown>;

/** The tree that listings of the whole tenant are sorted into. */
@Injectable()
export class CategoriesService {
  constructor(private readonly work: UnitOfWork) {}

  list(ctx: RequestContext, { status = 'active' }: ListCategories): Promise<CategoryList> {
    return this.work.run(ctx, async (tx) => ({
      data: inTreeOrder(await tx.query<CategoryRow>(LIST_CATEGORIES, [tx.tenantId, status])),
    }));
  }

  get(ctx: RequestContext, { id }: CategoryId): Promise<Category> {
    return this.work.run(ctx, (tx) => tx.one<CategoryRow>(GET_CATEGORY, [tx.tenantId, id]));
  }

  create(ctx: RequestContext, request: CreateCategory): Promise<Category> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const { slug, name, parentId = null, position = 0 } = request;
      const tree = await tx.query<CategoryRow>(LOCK_CATEGORIES, [tx.tenantId]);
      if (tree.length >= MAX_CATALOGUE) throw new Refusal(CATALOGUE_FULL, { details: { most: MAX_CATALOGUE } });
      requirePlace(tree, { id: '', parentId, status: 'active' });
      const values = [tx.tenantId, slug, allLanguages(name), parentId, position, tx.actorId];
      const [category] = await tx.query<CategoryRow>(INSERT_CATEGORY, values);
      if (!category) throw new Refusal(CATEGORY_SLUG_TAKEN);
      const { id, version } = category;
      tx.emit(categoryCreated, { id, version, data: { categoryId: id } });
      tx.audit({ action: 'digilist.category.create', entity: { type: 'category', id }, changes: { slug, parentId } });
      return category;
    });
  }

  update(ctx: RequestContext, request: UpdateCategory): Promise<Category> {
    return this.work.run(ctx, async (tx) => {
      requireTenant(tx);
      const { id, ...changes } = request;
      const tree = await tx.query<CategoryRow>(LOCK_CATEGORIES, [tx.tenantId]);
      const old = tree.find((category) => category.id === id);
      if (!old) throw new Refusal(NOT_FOUND);
      requireVersion(old.version, expectedVersion(ctx));
      const wanted = { ...old, ...changes, name: changes.name ? allLanguages(changes.name) : old.name };
      requirePlace(tree, wanted);
      if (tree.some((other) => other.id !== id && other.slug === wanted.slug)) throw new Refusal(CATEGORY_SLUG_TAKEN);
      const { slug, name, parentId, position, status } = wanted;
      const values = [tx.tenantId, id, slug, name, parentId, position, status, tx.actorId];
      const category = await tx.one<CategoryRow>(UPDATE_CATEGORY, values);
      tx.emit(categoryChanged, { id, version: category.version, data: { categoryId: id } });
      tx.audit({ action: 'digilist.category.update', entity: { type: 'category', id }, changes: { ...changes } });
      return category;
    });
  }
}

function requirePlace(tree: readonly TreeCategory[], wanted: TreeCategory): void {
  const problem = misplaced(tree, wanted);
  if (problem) throw new Refusal(REFUSALS[problem]);
}
