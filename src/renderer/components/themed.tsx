import '../theme/mantine.css';
import { MantineProvider } from '@mantine/core';
import type { ReactNode } from 'react';
import { useScheme } from '../lib/use-scheme.ts';
import { theme } from '../theme/theme.ts';

/**
 * Where Mantine's components can stand. Not around the whole window: the first screen needs none of them, and so does not wait for them.
 * Its variables come from tokens.css, so the provider inserts no style element.
 */
export function Themed({ children }: { children: ReactNode }) {
  return (
    <MantineProvider
      theme={theme}
      forceColorScheme={useScheme()}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      {children}
    </MantineProvider>
  );
}
