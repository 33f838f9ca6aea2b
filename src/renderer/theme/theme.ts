import { createTheme, type MantineColorsTuple, type VariantColorResolverResult } from '@mantine/core';

/** What each variant looks like, from tokens alone. `danger` is the only color beside the accent that a control may take. */
const looks: Record<string, (tone: 'accent' | 'danger') => VariantColorResolverResult> = {
  filled: (tone) => ({
    background: `var(--ald-${tone})`,
    hover: `var(--ald-${tone}-hover)`,
    color: `var(--ald-on-${tone})`,
    border: '1px solid transparent',
  }),
  default: (tone) => ({
    background: 'var(--ald-surface)',
    hover: 'var(--ald-hover)',
    color: tone === 'danger' ? 'var(--ald-danger)' : 'var(--ald-text)',
    border: '1px solid var(--ald-border-control)',
  }),
  subtle: (tone) => ({
    background: 'transparent',
    hover: tone === 'danger' ? 'var(--ald-danger-soft)' : 'var(--ald-hover)',
    color: tone === 'danger' ? 'var(--ald-danger)' : 'var(--ald-accent-text)',
    border: '1px solid transparent',
  }),
};

/** Mantine asks for ten shades; ours come from tokens, so every shade is the same one. */
const fromTokens: MantineColorsTuple = [
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
  'var(--ald-accent)',
];

/** No scroll lock: the page never scrolls behind a dialog, and the lock would insert style elements that the content policy refuses. */
const dialog = { lockScroll: false, transitionProps: { duration: 120 } };

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent: fromTokens },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  variantColorResolver: ({ variant, color }) => {
    const look = looks[variant] ?? looks.subtle;
    return (look as (tone: 'accent' | 'danger') => VariantColorResolverResult)(
      color === 'danger' ? 'danger' : 'accent',
    );
  },
  components: {
    Button: { defaultProps: { variant: 'default', size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle' } },
    PasswordInput: { defaultProps: { visibilityToggleFocusable: true } },
    Modal: { defaultProps: { ...dialog, centered: true } },
    Drawer: { defaultProps: { ...dialog, position: 'right' } },
    Menu: { defaultProps: { transitionProps: { duration: 80 } } },
  },
});
