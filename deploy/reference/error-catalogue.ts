import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { packageRoot } from '../../shared/files/paths.ts';
import type { ErrorCode, ReasonList } from '../../shared/runtime/errors.ts';
import { productSources } from './product-sources.ts';

export interface CataloguedError extends ErrorCode {
  code: string;
  /** The file that declares it. */
  path: string;
}

export const isCatalogue = (path: string) => path.endsWith('/error-codes.ts');

interface Catalogue {
  errorCodes: Record<string, ErrorCode>;
  reasonLists?: ReasonList[];
}

async function catalogues(): Promise<{ path: string; catalogue: Catalogue }[]> {
  const paths = productSources()
    .map(({ path }) => path)
    .filter(isCatalogue);
  return await Promise.all(
    paths.map(async (path) => {
      const module: unknown = await import(pathToFileURL(join(packageRoot, path)).href);
      return { path, catalogue: module as Catalogue };
    }),
  );
}

/** Every code that an `error-codes.ts` declares, by code. */
export async function errorCatalogue(): Promise<CataloguedError[]> {
  const codes = (await catalogues()).flatMap(({ path, catalogue }) =>
    Object.entries(catalogue.errorCodes).map(([code, entry]) => ({ ...entry, code, path })),
  );
  return codes.sort((a, b) => (a.code < b.code ? -1 : 1));
}

/** Every list of reasons, by title. */
export async function reasonLists(): Promise<ReasonList[]> {
  const lists = (await catalogues()).flatMap(({ catalogue }) => catalogue.reasonLists ?? []);
  return lists.sort((a, b) => (a.title < b.title ? -1 : 1));
}
