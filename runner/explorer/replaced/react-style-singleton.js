// The original adds <style> elements, which the page's content security policy forbids; constructed sheets are allowed.
import { useEffect } from 'react';

export const styleHookSingleton = () => {
  let users = 0;
  let sheet = null;
  return (styles, dynamic) =>
    useEffect(() => {
      if (users++ === 0) {
        sheet = new CSSStyleSheet();
        sheet.replaceSync(styles);
        document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
      }
      return () => {
        if (--users === 0) document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
      };
    }, [styles && dynamic]);
};

export const styleSingleton = () => {
  const useStyle = styleHookSingleton();
  return ({ styles, dynamic }) => (useStyle(styles, dynamic), null);
};
