import { IconCertificate, IconPackage, IconSettings, IconUsers } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../components/logo.tsx';
import { type Page, visiblePages } from '../lib/pages.ts';
import { useAppState } from '../lib/window-context.tsx';
import { AccountMenu } from './account-menu.tsx';
import { ConnectionLine } from './connection-line.tsx';
import { preloadPage } from './screens.ts';
import classes from './sidebar.module.css';

const icons = {
  license: IconCertificate,
  programs: IconPackage,
  people: IconUsers,
  settings: IconSettings,
} satisfies Record<Page, unknown>;

export function Sidebar({ page }: { page: Page }) {
  const { t } = useTranslation();
  const setup = useAppState((state) => state.setup);
  const profile = useAppState((state) => state.profile);
  const settings = useAppState((state) => state.settings);
  return (
    <nav className={classes.rail} aria-label={t('shell.pages')}>
      <p className={classes.brand}>
        <span className={classes.mark}>
          <Logo size={24} />
        </span>
        Aldaba
      </p>
      <ul className={classes.pages}>
        {visiblePages({ setup, profile, settings }).map((name) => {
          const Icon = icons[name];
          return (
            <li key={name}>
              <a
                className={classes.page}
                href={`#/${name}`}
                onPointerEnter={() => void preloadPage(name)}
                onFocus={() => void preloadPage(name)}
                aria-current={name === page ? 'page' : undefined}
              >
                <Icon size={20} stroke={1.5} aria-hidden />
                {t(`page.${name}`)}
              </a>
            </li>
          );
        })}
      </ul>
      <div className={classes.foot}>
        <ConnectionLine />
        <AccountMenu />
      </div>
    </nav>
  );
}
