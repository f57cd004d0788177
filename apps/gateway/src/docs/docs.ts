import { createHash } from 'node:crypto';
import { HTTP_STATUS, type Operation } from '@kit/contracts';
import { Controller, Get, NotFoundException, Param, Req, Res, type Type } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { type OpenAPIObject, SwaggerModule } from '@nestjs/swagger';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Open } from '../edge/operation-of.js';
import { EDGE_CODES } from '../problems/edge-codes.js';
import type { AsyncApiDocument } from './asyncapi.js';
import { yamlOf } from './documents.js';
import type { OpenApiDocument } from './openapi.js';

/** `/docs`: Swagger UI, served from here. */
export function serveDocuments(app: NestFastifyApplication, document: () => OpenApiDocument): void {
  SwaggerModule.setup('docs', app, () => document() as unknown as OpenAPIObject, {
    // Served below, written once; Nest would write it out anew for every reader.
    raw: false,
    customSiteTitle: 'Digilist API',
    swaggerOptions: {
      docExpansion: 'none',
      filter: true,
      persistAuthorization: false,
      tryItOutEnabled: true,
      tagsSorter: 'alpha',
    },
  });
}

/** `GET /openapi.json`, `/asyncapi.json` and `/asyncapi.yaml`. */
export function documentController(openApi: () => OpenApiDocument, asyncApi: () => AsyncApiDocument): Type<object> {
  const openApiJson = once(() => written(JSON.stringify(openApi()), JSON_TYPE));
  const asyncApiJson = once(() => written(JSON.stringify(asyncApi()), JSON_TYPE));
  const asyncApiYaml = once(() => written(yamlOf(asyncApi()), 'application/yaml; charset=utf-8'));

  @Controller()
  class DocumentController {
    @Get('openapi.json')
    @Open()
    openApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
      send(openApiJson(), request, reply);
    }

    @Get('asyncapi.json')
    @Open()
    asyncApi(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
      send(asyncApiJson(), request, reply);
    }

    @Get('asyncapi.yaml')
    @Open()
    asyncApiYaml(@Req() request: FastifyRequest, @Res() reply: FastifyReply): void {
      send(asyncApiYaml(), request, reply);
    }
  }
  return DocumentController;
}

const JSON_TYPE = 'application/json; charset=utf-8';

interface Written {
  readonly bytes: Buffer;
  readonly etag: string;
  readonly type: string;
}

function written(text: string, type: string): Written {
  const bytes = Buffer.from(text);
  return { bytes, type, etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"` };
}

function send({ bytes, etag, type }: Written, request: FastifyRequest, reply: FastifyReply): void {
  reply.header('etag', etag).header('cache-control', 'no-cache');
  if (request.headers['if-none-match'] === etag) reply.code(304).send();
  else reply.header('content-type', type).send(bytes);
}

/** The document is made for its first reader: most processes serve many requests before anybody reads it. */
export function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => {
    made ??= { value: make() };
    return made.value;
  };
}

/** `GET /problems/{code}`: what a problem's `type` points to. */
export function problemsController(operations: readonly Operation[]): Type<object> {
  const meanings = new Map<string, object>(
    EDGE_CODES.map(({ code, status, text }) => [code, { code, status, title: text }]),
  );
  for (const operation of operations) {
    for (const { code, kind, text } of operation.errors)
      meanings.set(code, { code, status: HTTP_STATUS[kind], title: text });
  }

  @Controller('problems')
  class ProblemsController {
    @Get(':code')
    @Open()
    explain(@Param('code') code: string): object {
      const meaning = meanings.get(code);
      if (!meaning) throw new NotFoundException();
      return meaning;
    }
  }
  return ProblemsController;
}
