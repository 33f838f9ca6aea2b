import { IconCheck } from '@tabler/icons-react';
import { useTranslation } from 'react-i18next';
import { Logo } from '../../components/logo.tsx';
import { type Language, languageNames, languages } from '../../lib/languages.ts';
import { useFixedBy } from '../../lib/use-fixed-by.ts';
import { useAppState, useClient } from '../../lib/window-context.tsx';
import classes from './setup-panel.module.css';
import { stagesOf } from './setup-rules.ts';

/** What the product promises, where the setup stands, and the language: the one thing that must be changeable before anything is read. */
export function SetupPanel() {
  const { t } = useTranslation();
  const setup = useAppState((state) => state.setup);
  const { stages, current } = stagesOf(setup);
  return (
    <aside className={classes.panel} aria-label={t('setup.panel')}>
      <Knocker />
      <p className={classes.brand}>
        <span className={classes.mark}>
          <Logo size={28} />
        </span>
        Aldaba
      </p>
      <p className={classes.promise}>{t('setup.promise')}</p>
      <ol className={classes.stages}>
        {stages.map((stage, index) => (
          <li
            key={stage}
            className={classes.stage}
            data-state={index < current ? 'done' : index === current ? 'current' : 'next'}
            aria-current={index === current ? 'step' : undefined}
          >
            <span className={classes.bullet} aria-hidden>
              {index < current ? <IconCheck size={14} stroke={2.5} /> : index + 1}
            </span>
            {t(`setup.stage.${stage}`)}
            {index < current && <span className="visually-hidden">{t('setup.stageDone')}</span>}
          </li>
        ))}
      </ol>
      <LanguageChoice />
    </aside>
  );
}

function LanguageChoice() {
  const { t, i18n } = useTranslation();
  const client = useClient();
  if (useFixedBy('language') !== null) return null;
  const choose = (language: Language) => void client.settings.update({ language }).catch(() => {});
  return (
    <ul className={classes.languages} aria-label={t('settings.language.label')}>
      {languages.map((language) => (
        <li key={language}>
          <button
            type="button"
            lang={language}
            className={classes.language}
            aria-pressed={language === i18n.language}
            onClick={() => choose(language)}
          >
            {languageNames[language]}
          </button>
        </li>
      ))}
    </ul>
  );
}

/** The knocker as a line drawing, cut by the panel's corner. */
function Knocker() {
  return (
    <svg className={classes.knocker} viewBox="0 0 320 400" aria-hidden="true" focusable="false">
      <g fill="none" stroke="currentColor" strokeWidth="1.25">
        <circle cx="160" cy="60" r="34" />
        <circle cx="160" cy="60" r="22" />
        <circle cx="160" cy="60" r="8" />
        <circle cx="160" cy="220" r="150" />
        <circle cx="160" cy="212" r="122" />
        <circle cx="160" cy="216" r="136" />
        <path d="M160 350v44M138 366h44" />
      </g>
    </svg>
  );
}
