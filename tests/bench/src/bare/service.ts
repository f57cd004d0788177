import 'reflect-metadata';
import { Controller, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { MessagePattern, type MicroserviceOptions, Transport } from '@nestjs/microservices';

// The peer of P4: the smallest NestJS service over Nest's own NATS transport. No token, no validation, no database.

const ITEM = { id: '01980a3e-7c10-7b3e-9f57-0a4b5c6d7e8f', name: 'Fjordhallen', description: 'x'.repeat(200) };
const items = Array.from({ length: 20 }, (_, n) => ({ ...ITEM, n }));

@Controller()
class BareController {
  @MessagePattern('bare.rpc.list')
  list() {
    return { data: items, nextCursor: null };
  }

  @MessagePattern('bare.rpc.ping')
  ping() {
    return { status: 'ok' };
  }
}

@Module({ controllers: [BareController] })
class BareModule {}

const app = await NestFactory.createMicroservice<MicroserviceOptions>(BareModule, {
  transport: Transport.NATS,
  options: { servers: [process.argv[2] as string], queue: 'bare' },
  logger: false,
});
await app.listen();
process.stdout.write('ready\n');
