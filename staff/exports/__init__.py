"""Files that leave the house: asked for with a reason, approved when large, fetched once, marked with who took them."""
