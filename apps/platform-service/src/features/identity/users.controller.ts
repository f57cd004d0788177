import { Handles, type RequestContext } from '@kit/service';
import { Controller } from '@nestjs/common';
import {
  type CreateUser,
  createUser,
  getUser,
  type ListUsers,
  listUsers,
  type UpdateUser,
  type UserId,
  updateUser,
} from '@platform/contracts';
import { IdentityQueries } from './identity.queries.js';
import { UsersService } from './users.service.js';

@Controller()
export class UsersController {
  constructor(
    private readonly users: UsersService,
    private readonly queries: IdentityQueries,
  ) {}

  @Handles(createUser)
  create(ctx: RequestContext, request: CreateUser) {
    return this.users.create(ctx, request);
  }

  @Handles(listUsers)
  list(ctx: RequestContext, request: ListUsers) {
    return this.queries.users(ctx, request);
  }

  @Handles(getUser)
  get(ctx: RequestContext, request: UserId) {
    return this.queries.user(ctx, request.id);
  }

  @Handles(updateUser)
  update(ctx: RequestContext, request: UpdateUser) {
    return this.users.update(ctx, request);
  }
}
