import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../shared/files/paths.ts';
import type { ErrorCode } from '../../shared/runtime/errors.ts';
import { productSources } from './product-sources.ts';

export interface CataloguedError extends ErrorCode {
  code: string;
  /** The file that declares it. */
  path: string;
}

export const isCatalogue = (path: string) => path.endsWith('/error-codes.ts');

/** Every code that an `error-codes.ts` declares, by code. */
export async function errorCatalogue(): Promise<CataloguedError[]> {
  const paths = productSources()
    .map(({ path }) => path)
    .filter(isCatalogue);
  const catalogues = await Promise.all(
    paths.map(async (path) => {
      const module = (await import(pathToFileURL(join(packageRoot, path)).href)) as {
        errorCodes: Record<string, ErrorCode>;
      };
      return Object.entries(module.errorCodes).map(([code, entry]) => ({ ...entry, code, path }));
    }),
  );
  return catalogues.flat().sort((a, b) => (a.code < b.code ? -1 : 1));
}
