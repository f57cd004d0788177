import 'reflect-metadata';
import { Controller, Get, Inject, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { type ClientProxy, ClientsModule, Transport } from '@nestjs/microservices';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';

// The peer of P4: the smallest NestJS gateway that asks a service over Nest's own NATS transport.

const [, , servers, port] = process.argv;

@Controller()
class BareController {
  constructor(@Inject('SERVICE') private readonly service: ClientProxy) {}

  @Get('list')
  list() {
    return this.service.send('bare.rpc.list', { limit: 20 });
  }

  @Get('ping')
  ping() {
    return this.service.send('bare.rpc.ping', {});
  }
}

@Module({
  imports: [
    ClientsModule.register([{ name: 'SERVICE', transport: Transport.NATS, options: { servers: [servers as string] } }]),
  ],
  controllers: [BareController],
})
class BareModule {}

const app = await NestFactory.create<NestFastifyApplication>(BareModule, new FastifyAdapter(), { logger: false });
await app.listen(Number(port), '127.0.0.1');
process.stdout.write('ready\n');
