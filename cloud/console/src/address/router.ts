const plainViews = ['alerts', 'gateways', 'inbox', 'models', 'settings', 'audit'] as const;
export type PlainView = (typeof plainViews)[number];

export type Route =
  | { view: 'fleet' }
  | { view: 'machine'; site: string; machine: string; gateway: string | undefined }
  | { view: PlainView }
  | { view: 'decisions'; subject: string | undefined };

/** Reads `#/machines/{site}/{machine}?gateway=…`, `#/decisions?subject=…` and `#/` with the name of a view; anything else is the fleet. */
export function parseRoute(hash: string): Route {
  const [path = '', query = ''] = hash.replace(/^#\/?/, '').split('?', 2);
  const parameters = new URLSearchParams(query);
  const [first, site, machine] = path.split('/').map(decode);
  if (first === 'machines' && site && machine) {
    return { view: 'machine', site, machine, gateway: parameters.get('gateway') ?? undefined };
  }
  if (first === 'decisions') return { view: 'decisions', subject: parameters.get('subject') ?? undefined };
  const plain = plainViews.find((name) => name === first);
  return plain ? { view: plain } : { view: 'fleet' };
}

export function machineHref(of: { gateway?: string; site: string; machine: string }): string {
  const path = `#/machines/${encodeURIComponent(of.site)}/${encodeURIComponent(of.machine)}`;
  return of.gateway === undefined ? path : `${path}?gateway=${encodeURIComponent(of.gateway)}`;
}

/** Returns the text as it is where it cannot be decoded: a hash typed by hand may contain a stray `%`. */
function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
