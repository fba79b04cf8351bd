/* Pairs of texts that lie on each other by more than two pixels both ways: [[text, text, width, height], ...].
   What a scroll box, or a box of one pixel for screen readers, cuts off does not count. */
() => {
  const CLIPS = /^(auto|scroll|hidden|clip)$/;
  const cut = (rect, element) => {
    let box = { left: rect.left, top: rect.top, right: rect.right, bottom: rect.bottom };
    for (let at = element; at && at !== document.documentElement; at = at.parentElement) {
      const style = getComputedStyle(at);
      if (at instanceof SVGElement && at.tagName !== "svg") continue;
      const around = at.getBoundingClientRect();
      if (CLIPS.test(style.overflowX)) {
        box.left = Math.max(box.left, around.left);
        box.right = Math.min(box.right, around.right);
      }
      if (CLIPS.test(style.overflowY)) {
        box.top = Math.max(box.top, around.top);
        box.bottom = Math.min(box.bottom, around.bottom);
      }
    }
    return box;
  };
  const boxes = [];
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  for (let node = walker.nextNode(); node; node = walker.nextNode()) {
    const element = node.parentElement;
    if (!node.data.trim() || !element.checkVisibility({ opacityProperty: true, visibilityProperty: true })) continue;
    const range = document.createRange();
    range.selectNodeContents(node);
    for (const rect of range.getClientRects()) {
      const box = cut(rect, element);
      if (box.right - box.left > 2 && box.bottom - box.top > 2) boxes.push({ ...box, node });
    }
  }
  boxes.sort((one, other) => one.top - other.top);
  const found = [];
  boxes.forEach((one, place) => {
    for (let next = place + 1; next < boxes.length && boxes[next].top < one.bottom - 2; next += 1) {
      const other = boxes[next];
      const width = Math.min(one.right, other.right) - Math.max(one.left, other.left);
      const height = Math.min(one.bottom, other.bottom) - other.top;
      if (one.node !== other.node && width > 2 && height > 2) {
        found.push([one.node.data.trim(), other.node.data.trim(), width, height]);
      }
    }
  });
  return found;
}
