/** Lists that are read a page at a time, newest entry first. */

export interface Page<T> {
  items: T[];
  /** Pass it as `before` to get the next, older page; null on the last page. */
  next: string | null;
}

export interface PageQuery {
  /** Entries per page. */
  limit: number;
  before?: string;
  /** Only entries about this subject: `site/machine`, or in quarantine a gateway. */
  subject?: string;
  /** Further subjects whose entries are in the same page. */
  alsoSubjects?: readonly string[];
}
