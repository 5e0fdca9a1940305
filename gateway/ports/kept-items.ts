/** The operations on kept items for people and jobs. `Shown` is one item with its content. */
export interface KeptItems<Item extends { id: number }, Shown, Redriven extends object> {
  /** Newest first, at most `limit`, older than `beforeId`. Large items make a shorter page, of at least one. */
  list(query: { limit: number; beforeId?: number }): Promise<Item[]>;
  show(id: number): Promise<Shown | null>;
  redrive(which: number[] | 'all'): Promise<Redriven>;
  drop(which: number[] | 'all'): Promise<{ dropped: number }>;
}
