import { Module } from '@nestjs/common';
import { AuthController } from './auth.controller.js';
import { AuthService } from './auth.service.js';
import { IdentityQueries } from './identity.queries.js';
import { LoginThrottle } from './login-throttle.js';
import { Passwords } from './passwords.js';
import { SessionsService } from './sessions.service.js';
import { SignIn } from './sign-in.js';
import { SigningKeys } from './signing-keys.js';
import { UsersController } from './users.controller.js';
import { UsersService } from './users.service.js';

@Module({
  controllers: [AuthController, UsersController],
  providers: [AuthService, SignIn, SessionsService, UsersService, IdentityQueries, LoginThrottle, Passwords, SigningKeys],
  exports: [Passwords, SignIn, SigningKeys],
})
export class IdentityModule {}
