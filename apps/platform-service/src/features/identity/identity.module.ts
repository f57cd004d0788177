import { Module } from '@nestjs/common';
import { AccessModule } from '../access/index.js';
import { AccountPasswordsService } from './account-passwords.service.js';
import { AccountRequestsWorker } from './account-requests.worker.js';
import { AccountsController } from './accounts.controller.js';
import { AccountsHousekeeping } from './accounts.housekeeping.js';
import { AccountsService } from './accounts.service.js';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { IdentityQueries } from './identity.queries.js';
import { KeyRotation } from './key-rotation.js';
import { LoginThrottle } from './login-throttle.js';
import { Passwords } from './passwords.js';
import { SessionsService } from './sessions.service.js';
import { SignIn } from './sign-in.js';
import { SigningKeys } from './signing-keys.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  imports: [AccessModule],
  controllers: [AccountsController, AuthController, UsersController],
  providers: [
    AccountPasswordsService,
    AccountRequestsWorker,
    AccountsHousekeeping,
    AccountsService,
    KeyRotation,
    AuthService,
    SignIn,
    SessionsService,
    UsersService,
    IdentityQueries,
    LoginThrottle,
    Passwords,
    SigningKeys,
  ],
  exports: [Passwords, SignIn, SigningKeys],
})
export class IdentityModule {}
