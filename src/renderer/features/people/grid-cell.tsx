import type { ReactNode } from 'react';

/** A cell of the contacts grid. Rows are placed by position, which those of a table element cannot be; the row has the focus. */
export function GridCell({
  className,
  title,
  children,
}: {
  className: string | undefined;
  title?: string | undefined;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see above
    // biome-ignore lint/a11y/useFocusableInteractive: see above
    <div className={className} role="gridcell" title={title}>
      {children}
    </div>
  );
}

/** The heading of a column, a button inside where it sorts. */
export function GridHead({
  className,
  sorted,
  children,
}: {
  className: string | undefined;
  sorted?: 'ascending' | 'descending' | undefined;
  children: ReactNode;
}) {
  return (
    // biome-ignore lint/a11y/useSemanticElements: see GridCell
    // biome-ignore lint/a11y/useFocusableInteractive: see GridCell
    <div className={className} role="columnheader" aria-sort={sorted}>
      {children}
    </div>
  );
}
