/** Checks an API's answers against its own OpenAPI document. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import { expect } from 'vitest';

interface Media {
  schema: object;
}
interface Operation {
  responses: Record<string, { content?: Record<string, Media> }>;
}
interface Document {
  openapi: string;
  paths: Record<string, Record<string, Operation>>;
}

export class ApiContract {
  readonly document: Document;
  private readonly base: string;
  private readonly headers: Record<string, string>;
  private readonly asked = new Set<string>();
  private readonly ajv = new Ajv2020({ strict: false, validateFormats: false });

  private constructor(base: string, headers: Record<string, string>, document: Document) {
    this.base = base;
    this.headers = headers;
    this.document = document;
  }

  static async of(base: string, headers: Record<string, string>): Promise<ApiContract> {
    const response = await fetch(`${base}/api/openapi.json`, { headers });
    const document = (await response.json()) as Document;
    expect(document.openapi).toBe('3.1.0');
    return new ApiContract(base, headers, document);
  }

  /**
   * Sends a request, and checks status, media type and body. `template` is the path as in the document. Returns the
   * body.
   */
  async ask(
    method: 'GET' | 'POST' | 'DELETE',
    template: string,
    options: { path?: string; body?: unknown; status?: number } = {},
  ): Promise<unknown> {
    const { path = template, body, status = 200 } = options;
    const isBytes = Buffer.isBuffer(body);
    const response = await fetch(`${this.base}${path}`, {
      method,
      headers: {
        ...this.headers,
        ...(body !== undefined && { 'content-type': `application/${isBytes ? 'octet-stream' : 'json'}` }),
      },
      ...(body !== undefined && { body: isBytes ? new Uint8Array(body) : JSON.stringify(body) }),
    });
    const text = await response.text();
    expect([method, path, response.status, text.slice(0, 300)]).toEqual([
      method,
      path,
      status,
      expect.anything(),
    ]);
    const media = this.mediaOf(method, template, status);
    const type = response.headers.get('content-type')?.split(';')[0];
    expect([method, path, type ?? null]).toEqual([method, path, media?.type ?? null]);
    if (!media) return null;
    const content: unknown = media.type === 'application/json' ? JSON.parse(text) : text;
    this.check(media.schema, content, `${method} ${path}`);
    return content;
  }

  /** Returns the schema of an answer that is a stream rather than a single body, and counts the operation as tested. */
  schemaOf(method: string, template: string, mediaType: string): object {
    const media = this.mediaOf(method, template, 200);
    expect(media?.type).toBe(mediaType);
    return media!.schema;
  }

  check(schema: object, value: unknown, what: string): void {
    const isValid = this.ajv.validate(schema, value);
    expect([what, isValid ? [] : this.ajv.errors]).toEqual([what, []]);
  }

  /** Documented operations that no test has called, as `GET /path`. */
  unasked(): string[] {
    return Object.entries(this.document.paths)
      .flatMap(([path, operations]) =>
        Object.keys(operations).map((method) => `${method.toUpperCase()} ${path}`),
      )
      .filter((operation) => !this.asked.has(operation));
  }

  private mediaOf(method: string, template: string, status: number): { type: string; schema: object } | null {
    const operation = this.document.paths[template]?.[method.toLowerCase()];
    const response = operation?.responses[String(status)] ?? operation?.responses[`${String(status)[0]}XX`];
    expect([method, template, status, response]).toEqual([method, template, status, expect.any(Object)]);
    if (status < 300) this.asked.add(`${method} ${template}`);
    const [entry] = Object.entries(response?.content ?? {});
    return entry ? { type: entry[0], schema: entry[1].schema } : null;
  }
}
