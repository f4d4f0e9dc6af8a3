-- Sales of brands in one month.
SELECT dt.d_year, i_brand_id AS brand_id, i_brand AS brand, sum(ss_ext_sales_price) AS ext_price
FROM date_dim dt, store_sales, item
WHERE dt.d_date_sk = ss_sold_date_sk
  AND ss_item_sk = i_item_sk
  AND i_manager_id BETWEEN 1 AND 5
  AND dt.d_moy = 11
  AND dt.d_year = 2000
GROUP BY dt.d_year, i_brand, i_brand_id
ORDER BY dt.d_year, ext_price DESC, brand_id, brand
LIMIT 100
