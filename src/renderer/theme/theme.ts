import { createTheme, type MantineColorsTuple, type VariantColorResolverResult } from '@mantine/core';

type ControlTone = 'accent' | 'danger' | 'gray';

/** What each variant looks like, from tokens alone. */
const looks: Record<string, (tone: ControlTone) => VariantColorResolverResult> = {
  filled: (tone) => ({
    background: tone === 'danger' ? 'var(--ald-danger)' : 'var(--ald-accent)',
    hover: tone === 'danger' ? 'var(--ald-danger-hover)' : 'var(--ald-accent-hover)',
    color: tone === 'danger' ? 'var(--ald-on-danger)' : 'var(--ald-on-accent)',
    border: '1px solid transparent',
  }),
  default: (tone) => ({
    background: 'var(--ald-surface)',
    hover: 'var(--ald-hover)',
    color: tone === 'danger' ? 'var(--ald-danger)' : 'var(--ald-text)',
    border: '1px solid var(--ald-border-control)',
  }),
  subtle,
};

function subtle(tone: ControlTone): VariantColorResolverResult {
  return {
    background: 'transparent',
    hover: tone === 'danger' ? 'var(--ald-danger-soft)' : 'var(--ald-hover)',
    color: { accent: 'var(--ald-accent-text)', danger: 'var(--ald-danger)', gray: 'var(--ald-text-soft)' }[
      tone
    ],
    border: '1px solid transparent',
  };
}

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
const dialog = {
  lockScroll: false,
  transitionProps: { duration: 120 },
  // Mantine makes it a header element, which outside of the page's content would be one more banner of the whole page.
  attributes: { header: { role: 'presentation' } },
};

export const theme = createTheme({
  primaryColor: 'accent',
  colors: { accent: fromTokens },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  focusRing: 'auto',
  respectReducedMotion: true,
  variantColorResolver: ({ variant, color }) => {
    return (looks[variant] ?? subtle)(color === 'danger' ? 'danger' : color === 'gray' ? 'gray' : 'accent');
  },
  components: {
    Button: { defaultProps: { variant: 'default', size: 'sm' } },
    ActionIcon: { defaultProps: { variant: 'subtle' } },
    Switch: { defaultProps: { withThumbIndicator: false } },
    PasswordInput: { defaultProps: { visibilityToggleFocusable: true } },
    Modal: { defaultProps: { ...dialog, centered: true } },
    Drawer: { defaultProps: { ...dialog, position: 'right' } },
    Menu: {
      defaultProps: {
        transitionProps: { duration: 80 },
        // It would stand in the menu as an element that is no item.
        withInitialFocusPlaceholder: false,
        // Into the page's content, so that nothing stands outside of its landmarks.
        portalProps: { target: '#content' },
      },
    },
  },
});
