// Makes a part of the page the same as another tree, and touches only what differs: focus, selection and scrolling stay.

/** Both are elements of the same kind. What has data-keep is somebody's own and stays as it is. */
export function patch(have, want) {
  if (have.isEqualNode(want)) return;
  attributes(have, want);
  children(have, want);
}

function attributes(have, want) {
  for (const { name, value } of [...want.attributes]) {
    if (have.getAttribute(name) !== value) have.setAttribute(name, value);
  }
  for (const { name } of [...have.attributes]) {
    if (!want.hasAttribute(name) && !(name === 'open' && have.localName === 'details')) have.removeAttribute(name);
  }
}

function children(have, want) {
  const keyed = new Map();
  for (const child of have.children) {
    if (child.dataset.key) keyed.set(child.dataset.key, child);
  }
  let cursor = have.firstChild;
  for (const wanted of [...want.childNodes]) {
    const key = wanted.nodeType === 1 ? wanted.dataset.key : undefined;
    const found = key ? keyed.get(key) : cursor;
    if (found && isAlike(found, wanted, key)) {
      if (found === cursor) {
        cursor = cursor.nextSibling;
      } else {
        have.insertBefore(found, cursor);
      }
      if (found.nodeType === 1) {
        if (!found.hasAttribute('data-keep')) patch(found, wanted);
      } else if (found.data !== wanted.data) {
        found.data = wanted.data;
      }
      continue;
    }
    have.insertBefore(document.importNode(wanted, true), cursor);
    if (!key && cursor && !cursor.dataset?.key) {
      const old = cursor;
      cursor = cursor.nextSibling;
      old.remove();
    }
  }
  while (cursor) {
    const old = cursor;
    cursor = cursor.nextSibling;
    old.remove();
  }
}

function isAlike(have, want, key) {
  return have.nodeType === want.nodeType
    && (have.nodeType !== 1 || (have.localName === want.localName && have.dataset.key === key));
}
